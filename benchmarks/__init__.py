"""How fast the compiled engine is, beside the strongest honest peers. See README.md."""
