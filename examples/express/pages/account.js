const widget = document.querySelector("onegini-otp-login");
widget.messages = {
  title: "Add a phone",
  acceptedHint: "Adding the phone…",
  completed: "The phone is added",
  loginFailed: "We couldn’t add the phone",
  loginRefused: "This phone can’t be added",
  loginRefusedHint: "It belongs to another account, or you are logged out.",
};
