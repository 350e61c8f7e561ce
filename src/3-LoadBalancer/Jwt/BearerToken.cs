namespace Usher.LoadBalancer;

/// <summary>The token in a request's Authorization header (RFC 6750 section 2.1).</summary>
internal static class BearerToken
{
    private const string Scheme = "Bearer";

    /// <summary>The token, or why there is none.</summary>
    internal static JwtReading? Find(IReadOnlyList<KeyValuePair<string, string>> headers, out ReadOnlySpan<char> token)
    {
        token = default;
        string? found = null;
        // By index: an enumerator of an interface is an object.
        for (var i = 0; i < headers.Count; i++)
        {
            if (!headers[i].Key.Equals("Authorization", StringComparison.OrdinalIgnoreCase)) continue;
            if (found is not null) return Malformed("the request has several Authorization headers");
            found = headers[i].Value;
        }

        if (found is null) return new JwtReading(JwtFailure.Missing) { Detail = "the request has no Authorization header" };
        var credentials = found.AsSpan().Trim(' ');
        var space = credentials.IndexOf(' ');
        var scheme = space < 0 ? credentials : credentials[..space];
        if (!scheme.Equals(Scheme, StringComparison.OrdinalIgnoreCase)) return Malformed("the Authorization header's scheme isn't Bearer");
        token = space < 0 ? default : credentials[space..].TrimStart(' ');
        if (token.IsEmpty) return Malformed("the Authorization header has no token after Bearer");
        return token.Length > JwtText.MaxLength ? Malformed($"the token has {token.Length} characters, and at most {JwtText.MaxLength} are read") : null;
    }

    private static JwtReading Malformed(string detail) => new(JwtFailure.Malformed) { Detail = detail };
}
