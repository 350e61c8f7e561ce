namespace Usher.Trace.Export;

/// <summary>Sends spans once, for somebody who waits: no attempt after the first few.</summary>
public static class SpanSending
{
    private const int Attempts = 3;

    /// <summary>Sends an <c>ExportTraceServiceRequest</c>.</summary>
    /// <param name="settings">Where to.</param>
    /// <param name="spans">The message.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What went wrong; null when all of it was taken.</returns>
    public static async Task<string?> SendAsync(OtlpSettings settings, byte[] spans, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        using var sender = new OtlpSender(settings, time);
        for (var attempt = 1; ; attempt++)
        {
            var answer = await sender.SendAsync(spans, cancellationToken);
            if (answer.Outcome == SendOutcome.Taken)
                return answer.Rejected > 0 ? $"{settings.Told} took the spans without {answer.Rejected} of them: {answer.Why ?? "no reason was given"}" : answer.Why is { } words ? $"{settings.Told} took the spans, and says: {words}" : null;
            var wait = answer.After ?? TimeSpan.FromSeconds(attempt / 2.0);
            if (answer.Outcome == SendOutcome.Never || attempt == Attempts || wait > settings.Timeout) return $"the spans don't reach {settings.Told}: {answer.Why}";
            await Task.Delay(wait, time, cancellationToken);
        }
    }
}
