. /app/lib.sh
greet api
