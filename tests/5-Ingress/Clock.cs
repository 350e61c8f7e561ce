namespace Usher.Ingress.Tests;

/// <summary>A clock that a test sets.</summary>
internal sealed class Clock : TimeProvider
{
    internal double Seconds { get; set; } = 1000;

    public override long TimestampFrequency => 1_000_000;

    public override long GetTimestamp() => (long)(Seconds * 1_000_000);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000 + Seconds);
}
