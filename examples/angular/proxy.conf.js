// Page and login API share one origin. The backend's ORIGIN is this server's address, not its own.
export default { "/otp-login": { target: process.env.BACKEND ?? "http://localhost:3001" } };
