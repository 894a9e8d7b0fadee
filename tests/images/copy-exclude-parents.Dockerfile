FROM scratch
COPY --parents --exclude=**/*.txt src docs /p/
