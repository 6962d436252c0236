"""What the scenarios are played with: the machine, the lines, the receiver and the programs in it."""
