import { Linking } from "react-native";
import { useCodeScanner } from "react-native-vision-camera";
import sdk, { Events } from "@onewelcome/react-native-sdk";

let phase = "idle"; // then "waiting" for the user, then "accepted" or "declined"

export const useLoginScanner = () =>
  useCodeScanner({ codeTypes: ["qr"], onCodeScanned: ([{ value }]) => logIn(codeIn(value) ?? value) });

async function logIn(otp) {
  if (phase !== "idle") return; // one at a time; a scanner reports the same code many times
  phase = "waiting";
  const error = await sdk.handleMobileAuthWithOtp(otp).catch((reason) => reason);
  closeConfirmation();
  if (error && phase !== "declined") showAdvice(Number(error.code));
  else showResult(phase);
  phase = "idle";
}

function answer(accepted) {
  if (phase !== "waiting") return; // a second tap
  phase = accepted ? "accepted" : "declined";
  const sent = accepted ? sdk.acceptMobileAuthConfirmation() : sdk.denyMobileAuthConfirmation();
  sent.catch(() => {}); // 8013: it is over already, and logIn tells the user
}

sdk.addEventListener(Events.SdkNotification.MobileAuthOtp, (event) => {
  // iOS sends startAuthentication once more after a success. Nothing waits then: ignore it.
  if (phase !== "waiting") return;
  const opens = event.action === Events.MobileAuthOtp.StartAuthentication;
  if (opens) showConfirmation(event.mobileAuthenticationRequest.message, answer);
  else closeConfirmation();
});

function codeIn(link) {
  const code = /#otp=((?:[\w+/=]|%2[bf]|%3d)+)/i.exec(link ?? "")?.[1];
  return code && decodeURIComponent(code);
}
function onLink(url) {
  const code = codeIn(url);
  if (code) logIn(code);
}
Linking.addEventListener("url", ({ url }) => onLink(url));
Linking.getInitialURL().then(onLink);
