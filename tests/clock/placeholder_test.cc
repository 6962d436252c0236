// first test follows
