FROM scratch
ADD src /s
ADD --chown=1:2 --chmod=640 readme.md /d/
ADD *.md /m/
ADD --exclude=*.md src/lib /l
