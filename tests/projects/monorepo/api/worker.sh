. /app/lib.sh
MODE=none greet worker
