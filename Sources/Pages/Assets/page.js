// Shortens the way where scripts run; every page works without it.
(() => {
  "use strict";
  const words = document.body.dataset;

  const summary = document.getElementById("summary");
  if (summary) summary.focus();

  if (navigator.clipboard) {
    for (const source of document.querySelectorAll("[data-copy]:not(body)")) {
      const text = source.textContent;
      const button = document.createElement("button");
      const state = document.createElement("span");
      button.type = "button";
      button.className = "copy";
      button.textContent = words.copy;
      button.setAttribute("aria-label", words.copy + ": " + (text.length > 60 ? text.slice(0, 60) + "…" : text));
      state.className = "unseen";
      state.setAttribute("role", "status");
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(text);
        } catch {
          getSelection().selectAllChildren(source);
          return;
        }
        button.textContent = state.textContent = words.copied;
        setTimeout(() => { button.textContent = words.copy; state.textContent = ""; }, 2000);
      });
      source.after(button, state);
    }
  }

  for (const button of document.querySelectorAll("[data-after]")) {
    const label = button.textContent;
    const end = Date.now() + Number(button.dataset.after) * 1000;
    const tick = () => {
      const left = Math.ceil((end - Date.now()) / 1000);
      button.setAttribute("aria-disabled", String(left > 0));
      button.textContent = left > 0 ? button.dataset.wait.replace("#", left) : label;
      if (left > 0) setTimeout(tick, 500);
    };
    button.addEventListener("click", (event) => {
      if (button.getAttribute("aria-disabled") === "true") event.preventDefault();
    });
    if (Number(button.dataset.after) > 0) tick();
  }

  // A phone's numeric keypad may have no slash.
  for (const input of document.querySelectorAll("[data-day]")) {
    input.addEventListener("change", () => {
      input.value = input.value.replace(/^\s*(\d\d)(\d\d)(\d{4})\s*$/, "$1/$2/$3");
    });
  }

  // A page that tells how something goes on brings itself up to date; what a screen reader is told is only what has changed.
  if (document.querySelector("[data-refresh]")) {
    const main = document.getElementById("main");
    const look = async () => {
      try {
        const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const next = page.getElementById("main");
        if (!next || !page.querySelector("[data-refresh]")) return location.reload();
        const [old, fresh] = [main, next].map((place) => place.querySelector("[data-refresh]"));
        if (!old.isEqualNode(fresh)) old.replaceChildren(...fresh.childNodes);
      } catch {
        // The next look may find the server again.
      }
      setTimeout(look, 1500);
    };
    setTimeout(look, 1000);
  }

  // How far a file has come; without a script the browser sends the same form.
  for (const form of document.querySelectorAll("form[enctype]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const [button, state, bar, text, request] = [form.querySelector("button"), document.createElement("p"),
        document.createElement("progress"), document.createElement("span"), new XMLHttpRequest()];
      state.setAttribute("role", "status");
      bar.setAttribute("aria-label", button.textContent);
      state.append(bar, text);
      form.append(state);
      button.disabled = true;
      request.upload.onprogress = (sent) => {
        bar.value = sent.loaded / sent.total;
        text.textContent = " " + Math.floor(bar.value * 100) + "%";
      };
      request.onload = () => {
        if (request.status < 400) return location.assign(request.responseURL);
        const page = new DOMParser().parseFromString(request.responseText, "text/html");
        document.querySelector("main").replaceWith(page.querySelector("main"));
        document.getElementById("summary")?.focus();
      };
      request.onerror = () => {
        bar.remove();
        text.textContent = form.dataset.failed;
        button.disabled = false;
      };
      request.open("POST", form.action);
      request.send(new FormData(form));
    });
  }

  for (const time of document.querySelectorAll("time[data-local]")) {
    const at = new Date(time.dateTime);
    if (isNaN(at)) continue;
    time.title = time.textContent;
    time.textContent = at.toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
  }
})();
