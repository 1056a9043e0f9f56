"""Files beside a model that hold numbers for it: spreadsheets, delimited text, exported runs."""
