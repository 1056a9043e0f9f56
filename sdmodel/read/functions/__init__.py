"""Functions of Vensim and XMILE, by topic → primitive operations; `sdmodel.read.expand` has the table of names."""
