"""What it takes to meet a target: least intensities, best settings, best times."""
