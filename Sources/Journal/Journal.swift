// The first code of this target replaces this line.
