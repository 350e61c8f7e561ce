using System.Net;

namespace Usher.Dashboard.Access;

/// <summary>What somebody sees who has not brought the token.</summary>
internal static class SignInPage
{
    /// <summary>The page.</summary>
    /// <param name="why">What was wrong; null where nothing was brought.</param>
    /// <param name="asks">Whether a token would help.</param>
    internal static string Of(string? why, bool asks) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Usher</title><link rel="stylesheet" href="/assets/dashboard.css"><link rel="icon" href="/assets/usher.svg"></head>
        <body class="sign-in"><main>
        <h1>Usher</h1>
        {(why is null ? "" : $"<p role=\"alert\" class=\"bad\">{WebUtility.HtmlEncode(why)}</p>")}
        {(asks ? Form : "")}
        </main></body></html>
        """;

    private const string Form = """
        <p>These pages show a running road to whoever has its token. Open the link that <code>usher up</code> printed, or give the token from <code>road.json</code> in the state folder.</p>
        <form method="post" action="/sign-in"><label for="token">Token</label><input id="token" name="token" type="password" autocomplete="off" required><button>Open</button></form>
        """;
}
