using Usher.Model.Journeys;

namespace Usher.Cli.Running;

/// <summary>
/// Keeps nothing (<c>usher up --no-journeys</c>). Hops still make their records, which they work with; nobody counts, joins, follows, tells or stores them. What that saves is the price of recording.
/// </summary>
internal sealed class NoJourneyLog : IJourneyLog
{
    public void Add(DnsRecord record)
    {
    }

    public void Add(HandshakeRecord record)
    {
    }

    public void Add(ConnectionRecord record)
    {
    }

    public void Closed(ConnectionRecord record)
    {
    }

    public void Add(RequestRecord record)
    {
    }
}
