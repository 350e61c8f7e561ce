using System.Globalization;

namespace Usher.LoadBalancer;

/// <summary>Reads attributes, whose values the doorway has checked; <c>off</c> and what isn't set are the default.</summary>
internal static class AttributeReading
{
    internal static int Number(this IReadOnlyDictionary<string, string> written, string key, int otherwise) =>
        written.TryGetValue(key, out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    internal static TimeSpan Seconds(this IReadOnlyDictionary<string, string> written, string key, int otherwise) =>
        TimeSpan.FromSeconds(written.Number(key, otherwise));

    internal static bool Flag(this IReadOnlyDictionary<string, string> written, string key, bool otherwise) =>
        written.TryGetValue(key, out var text) && bool.TryParse(text, out var flag) ? flag : otherwise;
}
