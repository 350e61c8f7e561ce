using System.Globalization;
using System.Text.RegularExpressions;
using Usher.Doorway.Files.Binding;
using Usher.Model.Aws;

namespace Usher.Doorway.Files.Ack;

/// <summary>A redirect action, with the checks of the ELBv2 API (RedirectActionConfig).</summary>
/// <param name="manifest">The rule or listener.</param>
/// <param name="listener">The listener, or null when it isn't known.</param>
internal sealed partial class RedirectMapping(AckManifest manifest, ListenerSpec? listener)
{
    private const int MaxLength = 128;

    private static readonly string[] Keywords = ["#{protocol}", "#{host}", "#{port}", "#{path}", "#{query}"];

    internal RedirectAction? Map(string field, RedirectConfig? config)
    {
        if (config is null)
        {
            manifest.Error(field, "is required for a redirect action");
            return null;
        }

        manifest.OneOf($"{field}.statusCode", config.StatusCode, null, "HTTP_301", "HTTP_302");
        manifest.OneOf($"{field}.protocol", config.Protocol, "#{protocol}", "HTTP", "HTTPS", "#{protocol}");
        if (listener?.Protocol == "HTTPS" && config.Protocol == "HTTP")
        {
            manifest.Error($"{field}.protocol", "found HTTP on an HTTPS listener; HTTPS can't be redirected to HTTP");
        }

        if (config.Port is not (null or "#{port}")
            && !(int.TryParse(config.Port, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535))
        {
            manifest.Error($"{field}.port", $"found {Found.Quote(config.Port)}; 1 to 65535 or #{{port}} is wanted");
        }

        Text($"{field}.host", config.Host, least: 1);
        Text($"{field}.path", config.Path, least: 1);
        Text($"{field}.query", config.Query, least: 0);
        if (config.Path is { Length: > 0 } && config.Path[0] != '/')
        {
            manifest.Error($"{field}.path", $"found {Found.Quote(config.Path)}; a path starts with /, as in /#{{path}}");
        }

        if (!ChangesSomething(config))
        {
            const string way = "change at least one of protocol, host, port and path (a changed query alone is a loop too)";
            manifest.Error(field, $"leads back to where the request came from; {way}");
        }

        return manifest.IsWrong ? null : new RedirectAction(
            config.StatusCode!,
            config.Protocol ?? "#{protocol}",
            config.Host ?? "#{host}",
            config.Port ?? "#{port}",
            config.Path ?? "/#{path}",
            config.Query ?? "#{query}");
    }

    private bool ChangesSomething(RedirectConfig config) =>
        (config.Protocol is not (null or "#{protocol}") && config.Protocol != listener?.Protocol)
        || (config.Port is not (null or "#{port}") && config.Port != listener?.Port?.ToString(CultureInfo.InvariantCulture))
        || config.Host is not (null or "#{host}")
        || config.Path is not (null or "/#{path}");

    private void Text(string field, string? text, int least)
    {
        if (text is null) return;
        if (text.Length < least || text.Length > MaxLength) manifest.Error(field, $"found {text.Length} characters; allowed are {least} to {MaxLength}");
        foreach (Match match in Keyword().Matches(text))
        {
            if (Keywords.Contains(match.Value, StringComparer.Ordinal)) continue;
            manifest.Error(field, $"found {match.Value}; the keywords are {string.Join(" ", Keywords)}");
        }
    }

    [GeneratedRegex(@"#\{[^}]*\}")]
    private static partial Regex Keyword();
}
