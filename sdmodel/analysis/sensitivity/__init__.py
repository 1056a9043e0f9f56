"""Which inputs drive what comes out, by designed runs and by any sample."""
