namespace Usher.Faults;

/// <summary>Targets flap: each is sick for some time of a minute, at times both at once. A load balancer's check names the target in its Host header.</summary>
internal static class Health
{
    private const int Period = 60;
    private const int Sick = 25;

    /// <summary>Whether the target is healthy now.</summary>
    /// <param name="host">The check's Host: the target's address and port.</param>
    /// <param name="time">The clock.</param>
    internal static bool Of(string host, TimeProvider time)
    {
        // 10.0.1.10 and 10.0.2.10: their third number tells two targets apart by 15 s.
        var shift = host.Split('.') is [_, _, var third, _] && int.TryParse(third, out var number) ? number * 15 : 0;
        return (time.GetUtcNow().ToUnixTimeSeconds() + shift) % Period >= Sick;
    }
}
