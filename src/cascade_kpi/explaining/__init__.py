"""Why a value is what it is: trees of named quantities down to the input rows."""
