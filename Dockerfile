# One image for the producer, the worker, the dashboard and the simulator: the command says which.
# The engine is Tableau's: it is fetched when the image is built, so such an image is for your own use, not for others.
# glibc, linux/amd64 (docker compose asks for it): there is no engine for musl or for Linux on ARM.
FROM node:20.19.0-bookworm-slim AS build
ENV XDG_CACHE_HOME=/opt/hyperferry/cache
WORKDIR /opt/hyperferry/app
COPY . .
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
# The engine from npm, and a redis-server for a worker that runs without REDIS_URL.
RUN --mount=type=cache,target=/root/.npm npm run --silent setup && chmod -R a+rX /opt/hyperferry/cache
RUN npm run --silent compile && npm prune --omit=dev --ignore-scripts && rm -rf scripts

FROM node:20.19.0-bookworm-slim
ENV NODE_ENV=production \
    XDG_CACHE_HOME=/opt/hyperferry/cache \
    HYPERFERRY_DATA=/data \
    PATH=/opt/hyperferry/app/node_modules/.bin:$PATH
COPY --from=build /opt/hyperferry /opt/hyperferry
# A new volume takes over the owner of the folder that it is mounted on.
RUN mkdir -p /data/artifacts /files && chown -R node:node /data
USER 1000:1000
WORKDIR /files
CMD ["hyperferry", "--help"]
