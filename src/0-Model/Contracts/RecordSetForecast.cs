using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Model.Contracts;

/// <summary>
/// Tells which record sets will be made of a state; answered by who makes them. Whoever makes load balancers asks, as a certificate is for the names that lead there, and record sets are made after load balancers: of their names, whatever
/// their certificates are, so that there is no circle.
/// </summary>
public interface IRecordSetForecast
{
    /// <summary>The record sets. Nothing is kept, and nobody is told what is wrong: that is found again when they are made.</summary>
    /// <param name="context">The desired state, with the load balancers.</param>
    /// <param name="previous">The running generation's state.</param>
    IReadOnlyList<RecordSet> Of(CompileContext context, DesiredState previous);
}
