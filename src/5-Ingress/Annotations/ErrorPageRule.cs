using System.Collections.Immutable;
using System.Globalization;

namespace Usher.Ingress;

/// <summary><c>custom-http-errors</c>: whose pages take the place of answers with these statuses (ingress-nginx documentation, Custom errors; nginx's <c>error_page</c>).</summary>
/// <param name="Statuses">The statuses, from 400 to 599.</param>
/// <param name="Intercepts">Whether a backend's answers count too, and not the controller's own alone: <c>disable-proxy-intercept-errors</c>.</param>
/// <param name="Where">Where it is written, for people.</param>
internal sealed record ErrorPageRule(ImmutableArray<int> Statuses, bool Intercepts, string Where)
{
    /// <summary>The annotation's, which counts alone, or else the ConfigMap's.</summary>
    internal static ErrorPageRule? Read(SettingReader reader, NginxConfig config, ExternalAuthRule? external)
    {
        var disabled = reader.Flag("disable-proxy-intercept-errors") ?? false;
        var own = StatusesOf(reader);
        var inherited = config.ErrorPages is { Intercepts: true };
        if (own.Length > 0) return new ErrorPageRule(own, !disabled || inherited, "custom-http-errors");
        // An error_page of the location's own, as auth-signin is one, leaves the ConfigMap's out.
        return external?.Signin is null ? config.ErrorPages : null;
    }

    /// <summary>The statuses of the key.</summary>
    internal static ImmutableArray<int> StatusesOf(SettingReader reader)
    {
        var statuses = ImmutableArray.CreateBuilder<int>();
        foreach (var text in reader.List("custom-http-errors"))
        {
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 400 and <= 599) statuses.Add(status);
            else reader.Wrong("custom-http-errors", text, "statuses from 400 to 599 between commas are wanted");
        }

        return statuses.ToImmutable();
    }
}
