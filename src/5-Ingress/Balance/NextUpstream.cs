using Usher.Wire;

namespace Usher.Ingress;

/// <summary>What lets a request be tried once more (nginx documentation, proxy_next_upstream).</summary>
[Flags]
internal enum NextCondition
{
    None = 0,

    /// <summary>No connection, or it was lost before the answer.</summary>
    Error = 1,

    /// <summary>No connection, or no answer, in time.</summary>
    Timeout = 2,

    /// <summary>An answer whose head is malformed or too large.</summary>
    InvalidHeader = 4,
    Http500 = 8,
    Http502 = 16,
    Http503 = 32,
    Http504 = 64,
    Http403 = 128,
    Http404 = 256,
    Http429 = 512,

    /// <summary>Also of a POST, LOCK or PATCH that was sent.</summary>
    NonIdempotent = 1024,
}

/// <summary><c>proxy-next-upstream</c>, <c>-tries</c> and <c>-timeout</c>: when a request that failed goes to another endpoint (nginx documentation, Module ngx_http_proxy_module).</summary>
/// <param name="Conditions">What lets it; none for never.</param>
/// <param name="Tries">How often a request is sent at most.</param>
/// <param name="Timeout">For how long another try begins; zero for no limit.</param>
internal sealed record NextUpstream(NextCondition Conditions, int Tries, TimeSpan Timeout)
{
    /// <summary>Where nginx has no limit (0 tries), a road on one machine has this one.</summary>
    internal const int MostTries = 100;

    internal static readonly NextUpstream Default = new(NextCondition.Error | NextCondition.Timeout, 3, TimeSpan.Zero);

    private static readonly (string Word, NextCondition Condition)[] Words =
    [
        ("error", NextCondition.Error), ("timeout", NextCondition.Timeout), ("invalid_header", NextCondition.InvalidHeader), ("http_500", NextCondition.Http500), ("http_502", NextCondition.Http502),
        ("http_503", NextCondition.Http503), ("http_504", NextCondition.Http504), ("http_403", NextCondition.Http403), ("http_404", NextCondition.Http404), ("http_429", NextCondition.Http429),
        ("non_idempotent", NextCondition.NonIdempotent), ("off", NextCondition.None),
    ];

    /// <summary>Whether some statuses let a request be tried once more.</summary>
    internal bool HasStatuses => (Conditions & ~(NextCondition.Error | NextCondition.Timeout | NextCondition.InvalidHeader | NextCondition.NonIdempotent)) != 0;

    /// <summary>Reads annotations or the ConfigMap; what they don't say stays.</summary>
    internal static NextUpstream Read(SettingReader reader, NextUpstream before)
    {
        var read = new NextUpstream(Of(reader) ?? before.Conditions, reader.Number("proxy-next-upstream-tries", 0, int.MaxValue) ?? before.Tries, Time(reader) ?? before.Timeout);
        return read == before ? before : read with { Tries = read.Tries == 0 ? MostTries : Math.Min(read.Tries, MostTries) };
    }

    /// <summary>Whether a condition is one of those.</summary>
    /// <param name="condition">What happened.</param>
    /// <param name="idempotent">Whether the method is none of POST, LOCK and PATCH, or nothing was sent.</param>
    internal bool Lets(NextCondition condition, bool idempotent) => (Conditions & condition) != 0 && (idempotent || (Conditions & NextCondition.NonIdempotent) != 0);

    /// <summary>What a status is; none for one that is an answer like any other.</summary>
    internal static NextCondition Of(int status) => status switch
    {
        500 => NextCondition.Http500,
        502 => NextCondition.Http502,
        503 => NextCondition.Http503,
        504 => NextCondition.Http504,
        403 => NextCondition.Http403,
        404 => NextCondition.Http404,
        429 => NextCondition.Http429,
        _ => NextCondition.None,
    };

    /// <summary>What became of a request, as nginx sorts it (ngx_http_upstream_next); none for what no other endpoint can mend.</summary>
    internal static NextCondition Of(ForwardResult result) => result.Outcome switch
    {
        ForwardOutcome.ConnectRefused or ForwardOutcome.ConnectFailed or ForwardOutcome.UpstreamClosedBeforeResponse or ForwardOutcome.UpstreamReset => NextCondition.Error,
        ForwardOutcome.TlsHandshakeFailed when result.ConnectFailure != ConnectFailure.TlsTimedOut => NextCondition.Error,
        ForwardOutcome.ConnectTimedOut or ForwardOutcome.ResponseTimedOut or ForwardOutcome.TlsHandshakeFailed => NextCondition.Timeout,
        ForwardOutcome.MalformedResponse or ForwardOutcome.ResponseHeadTooLarge => NextCondition.InvalidHeader,
        ForwardOutcome.Declined => Of(result.StatusCode),
        _ => NextCondition.None,
    };

    private static NextCondition? Of(SettingReader reader)
    {
        if (reader.Text("proxy-next-upstream") is not { } text) return reader.Flag("retry-non-idempotent") == true ? Default.Conditions | NextCondition.NonIdempotent : null;
        var conditions = reader.Flag("retry-non-idempotent") == true ? NextCondition.NonIdempotent : NextCondition.None;
        foreach (var word in text.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            var known = Array.Find(Words, w => w.Word == word);
            if (known.Word is null) reader.Wrong("proxy-next-upstream", text, $"known are {string.Join(", ", Words.Select(w => w.Word))}");
            else conditions |= known.Condition;
        }

        return text.Split(' ').Contains("off") ? NextCondition.None : conditions;
    }

    private static TimeSpan? Time(SettingReader reader) => reader.Number("proxy-next-upstream-timeout", 0, 86_400) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
}
