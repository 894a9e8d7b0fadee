greet() { echo "$1 says hello in $MODE"; }
