using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Model.Contracts;

/// <summary>Tells what a Gateway's controller writes into its <c>status.addresses</c>, for other controllers; answered by the hop that stands for the controller.</summary>
public interface IGatewayStatus
{
    /// <summary>The addresses; null for a Gateway that isn't served here.</summary>
    /// <param name="context">The desired state, with Services and load balancers derived.</param>
    /// <param name="gateway">The Gateway.</param>
    IReadOnlyList<PublishedAddress>? Of(CompileContext context, Resource<Gateway.Gateway> gateway);
}
