import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  createPhone,
  createTokenServer,
  listen,
  MobileAuthError,
  type Confirmation,
} from "onegini-otp-login/emulator";
import { basic, options, rejectsWith, serve, withResolvers } from "../support.js";

suite("createPhone", { timeout: 20_000 }, () => {
  test("shows the message, and resolves when the acceptance is delivered", async (t) => {
    const { tokenServer, start, result } = await serve(t);
    const phone = createPhone(tokenServer, "lisa");
    await phone.enroll();
    const { id, otp } = await start({ message: "Log in?" });
    const shown = withResolvers<Confirmation>();
    phone.onConfirmation(shown.resolve);
    const handled = phone.handleMobileAuthWithOtp(otp);
    const confirmation = await shown.promise;
    assert.deepEqual([confirmation.transactionId, confirmation.message], [id, "Log in?"]);
    assert.equal((await result(id)).status, 404);
    confirmation.accept();
    assert.equal(await handled, undefined);
    const answer = [(await result(id)).body["user_id"], (await result(id)).body["is_authenticated"]];
    assert.deepEqual(answer, ["lisa", true]);
  });

  test("resolves when the denial is delivered", async (t) => {
    const { tokenServer, start, result } = await serve(t);
    const phone = createPhone(tokenServer, "lisa");
    await phone.enroll();
    phone.onConfirmation(({ deny }) => deny());
    const { id, otp } = await start();
    await phone.handleMobileAuthWithOtp(otp);
    assert.equal((await result(id)).body["is_authenticated"], false);
  });

  test("counts the first decision only", async (t) => {
    const { tokenServer, start, result } = await serve(t);
    const phone = createPhone(tokenServer, "lisa");
    await phone.enroll();
    phone.onConfirmation(({ deny, accept, cancel }) => {
      deny();
      accept();
      cancel();
    });
    const { id, otp } = await start();
    await phone.handleMobileAuthWithOtp(otp);
    assert.equal((await result(id)).body["is_authenticated"], false);
  });

  test("shares its user's enrollment with the phone API", async (t) => {
    const { tokenServer, start, enroll, result } = await serve(t);
    const phone = createPhone(tokenServer, "Zoë/1");
    phone.onConfirmation(({ accept }) => accept());
    await enroll(encodeURIComponent("Zoë/1"));
    const { id, otp } = await start();
    await phone.handleMobileAuthWithOtp(otp);
    assert.equal((await result(id)).body["user_id"], "Zoë/1");
  });

  test("is the phone of an emulator in another process, by its address", async (t) => {
    const { url, start, result } = await serve(t);
    for (const address of [url, `${url}/`, new URL(url)]) {
      const phone = createPhone(address, "Zoë/1");
      await phone.enroll();
      phone.onConfirmation(({ accept }) => accept());
      const { id, otp } = await start();
      await phone.handleMobileAuthWithOtp(otp);
      assert.equal((await result(id)).body["user_id"], "Zoë/1");
    }
  });

  test("says which address gives no answer of an emulator, and why", async (t) => {
    const { url } = await serve(t);
    const page = { fetch: () => Promise.resolve(new Response("<p>A page")) };
    const { url: site, close } = await listen(page);
    t.after(close);
    const causeOf = async (address: string): Promise<string> => {
      const error = await createPhone(address, "lisa")
        .enroll()
        .then(
          () => assert.fail("It enrolled."),
          (error: unknown) => error,
        );
      assert.ok(error instanceof MobileAuthError);
      assert.equal(error.code, 9001);
      return String(error.cause);
    };
    assert.match(
      await causeOf(`${url}/elsewhere`),
      /PUT http:\/\/127\.0\.0\.1:\d+\/elsewhere\/phone\/users\/lisa.*404/,
    );
    assert.match(await causeOf(site), /PUT http:\/\/127\.0\.0\.1:\d+\/phone\/users\/lisa.*200/);
    await close();
    assert.match(await causeOf(site), /fetch failed/i);
  });

  for (const address of ["", "localhost:4000", "ftp://localhost", "/phone", undefined, {}]) {
    test(`rejects the emulator ${JSON.stringify(address)}`, () => {
      assert.throws(() => createPhone(address as string, "lisa"), {
        name: "TypeError",
        message: /createPhone: tokenServer must be .*http:\/\/localhost:4000/,
      });
    });
  }

  test("forwards by any object that has the emulator's fetch", async (t) => {
    const { url, start } = await serve(t);
    const elsewhere = {
      fetch: async (request: Request) =>
        fetch(url + new URL(request.url).pathname, {
          method: request.method,
          headers: request.headers,
          body: await request.text(),
        }),
    };
    const phone = createPhone(elsewhere, "lisa");
    await phone.enroll();
    phone.onConfirmation(({ accept }) => accept());
    await phone.handleMobileAuthWithOtp((await start()).otp);
  });

  for (const user of ["", ".", "..", "a\nb", "\ud800", undefined as unknown as string]) {
    test(`rejects the user ${JSON.stringify(user)}`, () => {
      assert.throws(() => createPhone(createTokenServer(options), user), {
        name: "TypeError",
        message: /user must/,
      });
    });
  }
});

suite("handleMobileAuthWithOtp rejects with", { timeout: 20_000 }, () => {
  /** An enrolled phone that accepts, and the calls of a site. */
  const enrolled = async (t: Parameters<typeof serve>[0], now: () => number = Date.now) => {
    const server = await serve(t, { now });
    const phone = createPhone(server.tokenServer, "lisa");
    await phone.enroll();
    phone.onConfirmation(({ accept }) => accept());
    return { ...server, phone };
  };

  test("9006 if the user cancels, and sends nothing to the Token Server", async (t) => {
    const { phone, start, result } = await enrolled(t);
    phone.onConfirmation(({ cancel }) => cancel());
    const { id, otp } = await start();
    await rejectsWith(phone.handleMobileAuthWithOtp(otp), 9006);
    assert.equal((await result(id)).status, 404);
  });

  test("9007 while another call is in progress, which is not disturbed", async (t) => {
    const { phone, start, result } = await enrolled(t);
    const shown = withResolvers<Confirmation>();
    const [first, second] = [await start(), await start()];
    phone.onConfirmation(shown.resolve);
    const handled = phone.handleMobileAuthWithOtp(first.otp);
    await rejectsWith(phone.handleMobileAuthWithOtp(second.otp), 9007);
    (await shown.promise).accept();
    await handled;
    assert.equal((await result(first.id)).status, 200);
    phone.onConfirmation(({ accept }) => accept());
    await phone.handleMobileAuthWithOtp(second.otp);
  });

  test("9010 if no user is authenticated in the app, at the scan or at the answer", async (t) => {
    const { phone, start } = await enrolled(t);
    const { otp } = await start();
    phone.lock();
    await rejectsWith(phone.handleMobileAuthWithOtp(otp), 9010);
    phone.unlock();
    phone.onConfirmation(({ accept }) => {
      phone.lock();
      accept();
    });
    await rejectsWith(phone.handleMobileAuthWithOtp(otp), 9010);
  });

  test("9020 if the device was disenrolled", async (t) => {
    const { phone, start } = await enrolled(t);
    await phone.disenroll();
    await rejectsWith(phone.handleMobileAuthWithOtp((await start()).otp), 9020);
  });

  test("9021 if the device never enrolled", async (t) => {
    const { tokenServer, start } = await serve(t);
    const phone = createPhone(tokenServer, "lisa");
    phone.onConfirmation(({ accept }) => accept());
    await rejectsWith(phone.handleMobileAuthWithOtp((await start()).otp), 9021);
  });

  test("9023 if the device is disenrolled between scan and answer", async (t) => {
    const { phone, start, result } = await enrolled(t);
    phone.onConfirmation(({ accept }) => void phone.disenroll().then(accept));
    const { id, otp } = await start();
    await rejectsWith(phone.handleMobileAuthWithOtp(otp), 9023);
    assert.equal((await result(id)).status, 404);
  });

  test("9029 if this or another phone has handled the code", async (t) => {
    const { phone, tokenServer, start } = await enrolled(t);
    const { otp } = await start();
    await phone.handleMobileAuthWithOtp(otp);
    await rejectsWith(phone.handleMobileAuthWithOtp(otp), 9029);
    const other = createPhone(tokenServer, "bart");
    await other.enroll();
    other.onConfirmation(({ accept }) => accept());
    await rejectsWith(other.handleMobileAuthWithOtp(otp), 9029);
  });

  test("10013 if the transaction expired before the scan, or before the answer", async (t) => {
    let now = 0;
    const { phone, start } = await enrolled(t, () => now);
    const [early, late] = [await start(), await start()];
    phone.onConfirmation(({ accept }) => {
      now += 60_000;
      accept();
    });
    await rejectsWith(phone.handleMobileAuthWithOtp(early.otp), 10013);
    await rejectsWith(phone.handleMobileAuthWithOtp(late.otp), 10013);
  });

  test("10015 for a text that is not a code", async (t) => {
    const { phone } = await enrolled(t);
    await rejectsWith(phone.handleMobileAuthWithOtp("https://bank.example/"), 10015);
  });

  test("10018 if the app has no listener for confirmations, and the code stays valid", async (t) => {
    const { phone, start } = await enrolled(t);
    const { otp } = await start();
    phone.onConfirmation(({ accept }) => accept())();
    await rejectsWith(phone.handleMobileAuthWithOtp(otp), 10018);
    phone.onConfirmation(({ accept }) => accept());
    await phone.handleMobileAuthWithOtp(otp);
  });

  test("9001 if the Token Server cannot be reached or its response cannot be read", async () => {
    const answers = [
      () => Promise.reject(new Error("down")),
      () => Promise.resolve(new Response("<h1>Bad gateway</h1>", { status: 502 })),
      () => Promise.resolve(Response.json({ code: 1, message: 2 }, { status: 400 })),
      () => Promise.resolve(Response.json(null)),
      () => Promise.resolve(Response.json({ transaction_id: 7 })),
    ];
    for (const fetch of answers) {
      const phone = createPhone({ fetch }, "lisa");
      phone.onConfirmation(({ accept }) => accept());
      await rejectsWith(phone.handleMobileAuthWithOtp("x"), 9001);
    }
  });
});

suite("A Token Server in the process", { timeout: 20_000 }, () => {
  test("answers its own requests, and 404 to others", async () => {
    const tokenServer = createTokenServer(options);
    const at = (path: string, init?: RequestInit) => new Request(`http://localhost${path}`, init);
    const started = await tokenServer.fetch(
      at("/oauth/api/v4/authenticate/user", {
        method: "POST",
        headers: { authorization: basic() },
        body: new URLSearchParams({ type: "qr-code", callback_uri: "http://127.0.0.1:1/", message: "x" }),
      }),
    );
    assert.equal(started.status, 200);
    for (const path of ["/oauth/x", "/phone/users/lisa"]) assert.equal(tokenServer.handles(at(path)), true);
    for (const path of ["/", "/phone", "/oauth", "/phones/", "/x/oauth/"]) {
      assert.equal(tokenServer.handles(at(path)), false);
      assert.equal((await tokenServer.fetch(at(path))).status, 404);
    }
  });

  test("answers 421 at a host that is not its own", async () => {
    const at = (host: string, hosts: string[] = []): Promise<Response> =>
      createTokenServer({ ...options, hosts }).fetch(new Request(`http://${host}/oauth/x`));
    for (const host of ["localhost:3000", "bank.localhost", "127.0.0.1", "127.8.8.8", "[::1]:3000"])
      assert.equal((await at(host)).status, 404, host);
    for (const host of ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "192.168.0.1"])
      assert.equal((await at(host)).status, 421, host);
    assert.equal((await at("ts.example:8080", ["ts.example"])).status, 404);
  });

  test("can listen more than once, on IPv6 too, until `close` is called", async () => {
    const tokenServer = createTokenServer(options);
    const [four, six] = [await listen(tokenServer), await listen(tokenServer, { host: "::1" })];
    assert.match(four.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.match(six.url, /^http:\/\/\[::1\]:\d+$/);
    for (const { url, close } of [four, six]) {
      assert.equal(
        (
          await fetch(`${url}/phone/users/lisa`, {
            method: "PUT",
            headers: { "content-type": "application/json" },
            body: '{"enrolled":true}',
          })
        ).status,
        204,
      );
      await close();
      await assert.rejects(fetch(`${url}/phone/users/lisa`));
    }
  });

  test("`listen` rejects if the port is in use", async (t) => {
    const tokenServer = createTokenServer(options);
    const { url, close } = await listen(tokenServer);
    t.after(close);
    await assert.rejects(listen(tokenServer, { port: Number(new URL(url).port) }), { code: "EADDRINUSE" });
    await assert.rejects(listen(tokenServer, { port: 70_000 }), { code: "ERR_SOCKET_BAD_PORT" });
  });
});
