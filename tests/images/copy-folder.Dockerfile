FROM scratch
COPY src /app
COPY docs /app/
COPY docs/ /other
