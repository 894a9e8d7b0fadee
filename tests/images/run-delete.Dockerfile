ARG BASE
FROM ${BASE}
RUN rm -r /folder /hard/one /etc/group && echo x > /folder && rm /real/there && mkdir /real/there && echo y > /real/there/f
