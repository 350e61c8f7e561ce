using System.Text;
using Usher.Trace.Otlp;

namespace Usher.Trace.Export;

/// <summary>What became of a batch that was sent.</summary>
internal enum SendOutcome
{
    /// <summary>It was taken, as a whole or in part.</summary>
    Taken,

    /// <summary>It may be taken later.</summary>
    Later,

    /// <summary>It never will be.</summary>
    Never,
}

/// <summary>A backend's answer to a batch.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Why">What the backend said, or what failed; null when it took all without a word.</param>
/// <param name="After">How long it asks to wait; null when it doesn't say.</param>
/// <param name="Rejected">Spans of a batch that it took without them.</param>
internal readonly record struct SendAnswer(SendOutcome Outcome, string? Why = null, TimeSpan? After = null, long Rejected = 0)
{
    /// <summary>An answer that was cut off is told so much of.</summary>
    private const int MaxWords = 200;

    /// <summary>An <c>ExportTraceServiceResponse</c>: what it refused of a batch that it took, and what it would have otherwise.</summary>
    internal static SendAnswer OfResponse(ReadOnlySpan<byte> message)
    {
        var (rejected, words) = (0L, (string?)null);
        try
        {
            var response = new ProtoReader(message);
            while (response.Next())
            {
                if (response.Field != 1)
                {
                    response.Skip();
                    continue;
                }

                var partial = new ProtoReader(response.Bytes());
                while (partial.Next())
                {
                    if (partial.Field == 1) rejected = (long)partial.Number();
                    else if (partial.Field == 2) words = Plain(partial.Text(MaxWords));
                    else partial.Skip();
                }
            }
        }
        catch (MalformedMessageException)
        {
            // Taken all the same: the status said so.
            return new(SendOutcome.Taken);
        }

        return new(SendOutcome.Taken, words is { Length: > 0 } ? words : null, Rejected: Math.Max(0, rejected));
    }

    /// <summary>The message of a <c>google.rpc.Status</c>, which a failure over HTTP has for a body (OTLP, "Failures"); of another body its beginning.</summary>
    internal static string WordsOf(ReadOnlySpan<byte> body, string? contentType)
    {
        if (contentType == "application/x-protobuf")
        {
            try
            {
                var status = new ProtoReader(body);
                while (status.Next())
                {
                    if (status.Field == 2) return Plain(status.Text(MaxWords));
                    status.Skip();
                }
            }
            catch (MalformedMessageException)
            {
                return "";
            }

            return "";
        }

        return Plain(Encoding.UTF8.GetString(body.Length > MaxWords ? body[..MaxWords] : body));
    }

    /// <summary>How long a <c>google.rpc.RetryInfo</c> among the details of a <c>google.rpc.Status</c> asks to wait; null where there is none.</summary>
    internal static TimeSpan? RetryInfo(ReadOnlySpan<byte> status)
    {
        try
        {
            var reader = new ProtoReader(status);
            while (reader.Next())
            {
                if (reader.Field == 3 && Detail(reader.Bytes()) is { } delay) return delay;
                if (reader.Field != 3) reader.Skip();
            }
        }
        catch (MalformedMessageException)
        {
            return null;
        }

        return null;
    }

    private static TimeSpan? Detail(ReadOnlySpan<byte> any)
    {
        var reader = new ProtoReader(any);
        var type = "";
        var value = ReadOnlySpan<byte>.Empty;
        while (reader.Next())
        {
            if (reader.Field == 1) type = reader.Text(128);
            else if (reader.Field == 2) value = reader.Bytes();
            else reader.Skip();
        }

        if (!type.EndsWith("/google.rpc.RetryInfo", StringComparison.Ordinal)) return null;
        var info = new ProtoReader(value);
        var (seconds, nanoseconds) = (0L, 0L);
        while (info.Next())
        {
            if (info.Field != 1)
            {
                info.Skip();
                continue;
            }

            var duration = new ProtoReader(info.Bytes());
            while (duration.Next())
            {
                if (duration.Field == 1) seconds = (long)duration.Number();
                else if (duration.Field == 2) nanoseconds = (long)duration.Number();
                else duration.Skip();
            }
        }

        return TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 3_600)) + TimeSpan.FromMicroseconds(Math.Clamp(nanoseconds, 0, 999_999_999) / 1_000);
    }

    // It came over the wire: it is to be one line, and can't steer a terminal.
    private static string Plain(string text) => new([.. text.Select(c => char.IsControl(c) ? ' ' : c)]);
}
