"""What Discord accepts in the body of a request, and the tree of errors with which it refuses the rest."""
