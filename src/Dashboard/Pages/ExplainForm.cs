using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Trace;

namespace Usher.Dashboard.Pages;

/// <summary>What the form of the explain page asks for, read as strictly as the command reads its options.</summary>
public static class ExplainForm
{
    /// <summary>Explains what was written.</summary>
    /// <returns>The explanation, or what is wrong with the form: the field, what was found and what is wanted.</returns>
    public static (Journey? Journey, string? Problem) Explain(string method, string url, IReadOnlyList<string> headers, bool insecure, Explainer explainer, Generation generation)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(headers);
        if (!ExplainRequest.IsToken(method)) return (null, $"Method is {method}, but must be a token, as GET");
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https")) return (null, $"URL is {url}, but must begin with http:// or https:// and name a host");
        var named = new Dictionary<string, string[]>(StringComparer.OrdinalIgnoreCase);
        foreach (var header in headers)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || !ExplainRequest.IsToken(header[..colon])) return (null, $"Headers has the line {header}, but each must be a name, a colon and a value");
            var name = header[..colon];
            named[name] = [.. named.GetValueOrDefault(name) ?? [], header[(colon + 1)..].Trim()];
        }

        return (new ExplainRequest(url, method, named) { Insecure = insecure }.Explain(explainer, generation), null);
    }
}
