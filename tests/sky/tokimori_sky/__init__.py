"""A GPS receiver that never saw the sky: the modules behind sky.py."""
