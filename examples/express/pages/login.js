const widget = document.querySelector("onegini-otp-login");
const blocked = { loginRefused: "This account is blocked", loginRefusedHint: "Call us at 0800 1234." };

widget.addEventListener("error", ({ answer }) => {
  if (answer?.code === "no_account") location.assign("/register");
  widget.messages = answer?.code === "blocked" ? blocked : {};
});
