using Usher.Model.Road;

namespace Usher.Model.Contracts;

/// <summary>Tries listeners that a controller has made before they count; answered by a hop that would refuse some.</summary>
public interface IListenerTrial
{
    /// <summary>Reports to the context's errors what would be wrong, of whichever object. Nothing is kept.</summary>
    /// <param name="context">The desired state with what was made.</param>
    void Try(CompileContext context);
}
