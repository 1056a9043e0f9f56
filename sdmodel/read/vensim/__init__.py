"""Text of a .mdl → what PySD's parser can take: one module for each thing that PySD has to be spared."""
