/** Whether the page is on the developer's own machine: without a bundler nothing else tells development from production. */
export const isLoopback = /^((.+\.)?localhost|127\.[\d.]+|\[::1\])$/.test(location.hostname);
