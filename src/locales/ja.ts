import type { Messages } from "../element/i18n/messages.js";

/**
 * Japanese. Importing this module registers it. Lines break at `\u200b`, after punctuation and nowhere else, so that no
 * word is torn apart.
 */
export const ja: Messages = {
  title: "スマホでログイン",
  titleApp: "アプリでログイン",
  showCode: "QRコードを表示",
  requesting: "コードを\u200b準備しています…",
  step1: "スマホで\u200bアプリを\u200b開きます",
  step2: "アプリで\u200bこのコードを\u200b読み取ります",
  step3: "内容を確認して\u200b承認します",
  newCodeIn: "新しいコードまで {time}",
  lastCode: "コードの残り時間 {time}",
  enlarge: "拡大",
  enlargeName: "QRコードを拡大",
  close: "閉じる",
  codeName: "ログイン用のQRコード",
  codeReady: "QRコードの準備ができました。アプリで読み取ってください。",
  reconnecting: "再接続しています…",
  offline: "オフラインです。再試行を\u200b続けます。",
  openApp: "アプリを開く",
  openAppHint: "アプリで\u200b承認してから、このページに\u200b戻ってください。",
  otherPhone: "別のスマホを\u200b使う",
  openHere: "この端末で\u200bアプリを開く",
  approved: "承認されました。ログインしています…",
  completed: "ログインしました",
  redirecting: "次のページを\u200b開いています…",
  denied: "スマホで\u200b拒否されました",
  deniedHint: "ログインは\u200b行われていません。",
  tryAgain: "もう一度試す",
  expired: "まだ\u200bご覧になっていますか？",
  expiredHint: "コードは\u200b一時停止中です。",
  newCode: "新しいコードを\u200b表示",
  unavailable: "サービスが\u200b応答していません",
  unavailableHint: "しばらくしてから\u200bもう一度\u200bお試しください。",
  noNetwork: "オフラインです",
  noNetworkHint: "インターネット\u200b接続を\u200bご確認ください。",
  loginFailed: "ログインできませんでした",
  loginFailedHint: "承認されましたが、エラーが\u200b発生しました。",
  ended: "このログインは\u200b終了しました",
  endedHint: "もう一度始めると、新しいコードが\u200b表示されます。",
  tooMany: "試行回数が\u200b多すぎます",
  tooManyHint: "しばらく\u200bお待ちください。",
  tryAgainIn: "再試行まで {time}",
  cookies: "Cookieが\u200b無効に\u200bなっています",
  cookiesHint: "このサイトの\u200bCookieを\u200b許可して、もう一度\u200bお試しください。",
  notHere: "ここでは\u200bスマホで\u200bログインできません",
  notHereHint: "別の方法で\u200bログインしてください。",
};

(globalThis.oneginiOtpLoginLocales ??= []).push({ language: "ja", messages: ja });
