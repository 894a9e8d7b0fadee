FROM scratch
COPY --exclude=*.md src /a
COPY --exclude=**/*.md --exclude=src/.hidden . /b/
COPY --exclude=lib src /c
COPY --exclude=* --exclude=!lib/b.md src /d
