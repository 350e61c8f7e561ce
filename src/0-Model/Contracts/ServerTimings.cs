using Usher.Model.Journeys;

namespace Usher.Model.Contracts;

/// <summary>Tells a client in the answer itself where its time went (W3C Server Timing). Registered only where that is wanted.</summary>
public interface IServerTimings
{
    /// <summary>A response's head is about to leave an HTTP hop. Every hop calls it, those nearer to the pod first.</summary>
    /// <param name="record">The hop's record, with <see cref="RequestRecord.FirstByteAt"/> and what stands before it.</param>
    /// <returns>The value of the load balancer's <c>Server-Timing</c> header; null for any other hop.</returns>
    string? HeadLeaves(RequestRecord record);
}
