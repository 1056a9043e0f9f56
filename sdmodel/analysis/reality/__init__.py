"""Whether a model behaves as it must: verdicts on reality checks and on its structure."""
