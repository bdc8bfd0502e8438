"""Poses: people through time as points, from detection and OpenPose files to drawings and scores."""
