using System.Globalization;
using Usher.Model.Journeys;

namespace Usher.LoadBalancer;

/// <summary>
/// The X-Amzn-Trace-Id of one request (ALB user guide, Request tracing): a root is minted when the client brought none; otherwise
/// a <c>Self</c> field is put in front and everything else is kept.
/// </summary>
/// <param name="Header">The header's value towards the target.</param>
/// <param name="JourneyId">The part that is unique to this request: the minted root, or <c>Self</c>.</param>
/// <param name="TraceId">The W3C trace id that a root of the client's stands for; null where <paramref name="JourneyId"/> is it.</param>
internal readonly record struct AmznTraceId(string Header, string JourneyId, string? TraceId)
{
    private const int MaxLength = 7 * 1024;

    /// <summary>The value for a request.</summary>
    /// <param name="brought">The client's header, or null.</param>
    /// <param name="now">The time that a new id carries.</param>
    internal static AmznTraceId For(string? brought, DateTimeOffset now)
    {
        var minted = Mint(now);
        if (brought is null || Field(brought, "Root") is not { Length: > 0 } root) return new($"Root={minted}", minted, null);
        if (brought.Length > MaxLength) return new($"Root={root}", minted, TraceRoot.TraceIdOf(root));
        var kept = brought.Split(';').Where(part => !part.TrimStart().StartsWith("Self=", StringComparison.OrdinalIgnoreCase));
        return new($"Self={minted};{string.Join(';', kept)}", minted, TraceRoot.TraceIdOf(root));
    }

    /// <summary><c>1-8 hex-24 hex</c>: the version, the time in seconds, 96 random bits.</summary>
    private static string Mint(DateTimeOffset now) => string.Create(35, (uint)now.ToUnixTimeSeconds(), static (text, seconds) =>
    {
        Span<byte> random = stackalloc byte[12];
        // It has to be unique, not secret.
        Random.Shared.NextBytes(random);
        text[0] = '1';
        text[1] = text[10] = '-';
        seconds.TryFormat(text[2..10], out _, "x8", CultureInfo.InvariantCulture);
        Convert.TryToHexStringLower(random, text[11..], out _);
    });

    private static string? Field(string header, string name)
    {
        foreach (var range in header.AsSpan().Split(';'))
        {
            var part = header.AsSpan()[range].Trim();
            if (part.Length > name.Length && part[name.Length] == '=' && part.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                return part[(name.Length + 1)..].ToString();
            }
        }

        return null;
    }
}
