using System.Net.Mime;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Usher.Dashboard.Access;

/// <summary>
/// Who may see the pages: whoever has the road's token, which <c>usher up</c> prints as part of a link. A browser brings it once and gets a cookie for it, which is good for the pages only and gone with the road.
/// Other sites can't use it: it is for this host alone (SameSite, RFC 6265bis section 5.2), and a page of another origin on this machine, which cookies don't tell apart by port, is turned away by its Origin.
/// </summary>
/// <param name="token">The road's token.</param>
public sealed class DashboardAccess(string token)
{
    private readonly byte[] wanted = Encoding.UTF8.GetBytes(token);
    private readonly string cookie = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(token), "the road's pages"u8));

    /// <summary>Lets a request for the pages pass, or answers it.</summary>
    public async Task AdmitAsync(HttpContext context, RequestDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        Protect(context.Response.Headers);
        if (!IsOwnHost(context.Request.Host)) await Refuse(context, StatusCodes.Status421MisdirectedRequest, "This road answers at 127.0.0.1 and localhost only.");
        else if (!IsOwnOrigin(context.Request)) await Refuse(context, StatusCodes.Status403Forbidden, "Another site may not look at this road.");
        else if (context.Request.Query.TryGetValue("token", out var shown)) await SignInAsync(context, shown.ToString());
        else if (context.Request is { Path.Value: "/sign-in", Method: "POST" } && context.Request.HasFormContentType) await SignInAsync(context, (await context.Request.ReadFormAsync(context.RequestAborted))["token"].ToString());
        else if (IsPublic(context.Request.Path) || IsKnown(context.Request)) await next(context);
        else await Refuse(context, StatusCodes.Status401Unauthorized, null);
    }

    private async Task SignInAsync(HttpContext context, string shown)
    {
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(shown.Trim()), wanted))
        {
            await Refuse(context, StatusCodes.Status401Unauthorized, "That is not this road's token. A road that was started anew has a new one.");
            return;
        }

        context.Response.Cookies.Append(CookieOf(context.Request), cookie, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/", IsEssential = true });
        // The token is not to stay in the address, nor in the history of what is opened next.
        var query = context.Request.Query.Where(p => p.Key != "token").SelectMany(p => p.Value, (p, value) => KeyValuePair.Create(p.Key, value));
        context.Response.Redirect(QueryHelpers.AddQueryString(context.Request.Path.Value is "/sign-in" or null ? "/" : context.Request.Path.ToUriComponent(), query));
    }

    private bool IsKnown(HttpRequest request) =>
        request.Cookies.TryGetValue(CookieOf(request), out var shown) && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(shown), Encoding.UTF8.GetBytes(cookie));

    // Roads at several ports of one host don't put each other's out.
    private static string CookieOf(HttpRequest request) => $"usher-{request.HttpContext.Connection.LocalPort}";

    /// <summary>What the sign-in page needs, and nothing of the road.</summary>
    private static bool IsPublic(PathString path) => path.StartsWithSegments("/assets");

    /// <summary>A name that somebody else's DNS leads here is no name of ours (DNS rebinding).</summary>
    private static bool IsOwnHost(HostString host) => host.Host is "127.0.0.1" or "localhost" or "[::1]";

    private static bool IsOwnOrigin(HttpRequest request) =>
        request.Headers.Origin is not [{ Length: > 0 } origin] || (Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority == request.Host.Value);

    private static void Protect(IHeaderDictionary headers)
    {
        // Bars have their place in a style attribute; nothing else comes from anywhere but here.
        headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        // Without any, a browser would not say where its form comes from.
        headers["Referrer-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }

    private static Task Refuse(HttpContext context, int status, string? why)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = $"{MediaTypeNames.Text.Html}; charset=utf-8";
        return context.Response.WriteAsync(SignInPage.Of(why, status == StatusCodes.Status401Unauthorized), context.RequestAborted);
    }
}
