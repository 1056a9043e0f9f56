"""Study files → Study, checked against a Model."""
