using System.Text;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>Name and password of <c>Authorization: Basic</c>, as nginx reads them (ngx_http_auth_basic_user).</summary>
internal static class BasicCredentials
{
    /// <summary><c>user:password</c> as it was sent; null when the request has none, and why.</summary>
    internal static byte[]? Of(RequestFacts facts, out string problem)
    {
        problem = "the request names no user (Authorization: Basic)";
        if (ClientView.Header(facts, "Authorization") is not { } header || !header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) return null;
        problem = "its Authorization header isn't base64";
        if (Decode(header.AsSpan(6).Trim(' ')) is not { } pair) return null;
        problem = "its Authorization header has no password";
        if (!pair.AsSpan().Contains((byte)':')) return null;
        problem = "";
        return pair;
    }

    /// <summary><c>$remote_user</c>: the name, whatever the password; empty when there is none.</summary>
    internal static string User(RequestFacts facts) => Of(facts, out _) is { } pair ? Encoding.Latin1.GetString(pair.AsSpan(0, Array.IndexOf(pair, (byte)':'))) : "";

    /// <summary>Base64 up to the first padding, which may be missing (ngx_decode_base64).</summary>
    private static byte[]? Decode(ReadOnlySpan<char> text)
    {
        var padding = text.IndexOf('=');
        var digits = padding < 0 ? text : text[..padding];
        if (digits.IsEmpty || digits.ContainsAny(' ', '\t')) return null;
        var whole = string.Concat(digits, (digits.Length % 4) switch { 2 => "==", 3 => "=", _ => "" });
        var bytes = new byte[whole.Length];
        return Convert.TryFromBase64String(whole, bytes, out var length) ? bytes[..length] : null;
    }
}
