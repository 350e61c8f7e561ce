using System.Net;
using Usher.Model.Journeys;

namespace Usher.Dns;

/// <summary>Decides questions for one of the road's name servers.</summary>
internal interface IAnswers
{
    /// <summary>Decides from what holds now. Never waits.</summary>
    /// <param name="question">What is asked.</param>
    /// <param name="server">Who is asked.</param>
    /// <param name="tcp">Over TCP.</param>
    /// <param name="decision">The decision, as a journey keeps it.</param>
    DnsAnswer Answer(DnsQuestion question, IPEndPoint server, bool tcp, out IDecision? decision);
}
