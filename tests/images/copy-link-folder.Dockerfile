FROM scratch AS a
COPY src /d
FROM a
COPY --link docs /d/
